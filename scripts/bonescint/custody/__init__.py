"""What happens to the study's files over the years.

Traces, deliveries, retention, archive, destruction.
"""
