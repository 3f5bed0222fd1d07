"""Quick tests of what benchmarks rest on: a wrong count would make every figure wrong."""
