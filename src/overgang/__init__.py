"""overgang: the crossing between DFDG's old SOAP services and its modernised REST interfaces."""

__version__ = "0.1.0"
