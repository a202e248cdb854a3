"""A coverage-guided fuzzer on everything that comes in: tables, configurations, results, command lines."""
