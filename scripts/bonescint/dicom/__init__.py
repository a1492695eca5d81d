"""Raw DICOM: reading headers fast, and finding tracer, view, phase and kind in them."""
