"""Runs on another machine: a server beside its graphics card, and the client that asks it."""
