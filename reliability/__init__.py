"""What breaks it? Fuzzed input, and thousands of random programmes: see README.md."""
