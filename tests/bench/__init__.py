"""Benchmarks: figures with n and spread, for `make bench`. They measure and never judge."""
