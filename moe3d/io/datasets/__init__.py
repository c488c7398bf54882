"""Readers of data sets with truth, one file a data set.

Each names the first file that is missing and where the data is normally had; none downloads.
"""
