"""Measurements: instances, peers, one runner, and the page they end up on."""
