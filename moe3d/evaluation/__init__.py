"""Metrics, data sets, protocols and tables."""
