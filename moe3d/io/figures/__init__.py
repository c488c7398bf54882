"""Figures for papers: maps side by side, and depth along a line, as PDF, SVG and PNG."""
