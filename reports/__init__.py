"""Showing a stored run: terminal, HTML, Markdown, JUnit, JSON. Runs nothing."""
