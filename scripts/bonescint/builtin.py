"""The research reference analyser that comes with the program, as other parts name it."""

# its key in `software`, and its name in tables of results
BUILTIN = "reference"
# what it measures, with each metric's kind
BUILTIN_METRICS = {"bsi": "percent", "hotspots": "count"}
