"""Programs that heed signals as those started from a terminal do."""

HEED_SIGNALS = """
import signal
# A shell's background jobs ignore Ctrl+C, and what they start inherits that: a test run in the
# background would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
"""
"""Code at the start of a program."""
