"""The whole system on one machine: for trying, for tests, for benchmarks."""
