"""What tests counted, for the end of the output."""

FIGURE = "figure"  # the property of a test whose value is printed there
