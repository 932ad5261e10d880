"""The local analyst: insights by rule, without a network and the same every time."""

VERSION = "1"
"""Raised with every change by which the same chat gets another insight; insights carry it as `local-analyst/1`."""
