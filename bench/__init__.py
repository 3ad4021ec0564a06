"""The measurements: this gateway beside its peers, on one machine, in one run."""
