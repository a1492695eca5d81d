"""Raw DICOM: reading headers fast, and telling tracer, view, phase and kind from their contents."""
