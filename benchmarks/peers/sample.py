# What one run costs and what it read or wrote: the Sample of benchmarks/harness.hpp, sum for sum.
import struct
import time

MASK = (1 << 64) - 1


def _digest(value):
    if isinstance(value, str):
        result = 0xCBF29CE484222325  # FNV-1a
        for byte in value.encode():
            result = (result ^ byte) * 0x100000001B3 & MASK
        return result
    if isinstance(value, float):
        return struct.unpack("<Q", struct.pack("<d", value))[0]
    return value & MASK


def _mix(result, value):
    result = (result ^ value) * 0xFF51AFD7ED558CCD & MASK
    return result ^ (result >> 32)


class Sample:
    def __init__(self, thorough):
        self.thorough = thorough
        self.sum = 0
        self.cpu = self.wall = 1

    def start(self):
        self._wall = time.monotonic_ns()
        self._cpu = time.process_time_ns()  # of all threads

    def stop(self):
        self.cpu = time.process_time_ns() - self._cpu
        self.wall = time.monotonic_ns() - self._wall

    def take(self, key, *rest):
        if not self.thorough or not rest:
            self.sum = self.sum + key & MASK
            return
        result = _mix(0x9E3779B97F4A7C15, key & MASK)
        for value in rest:
            result = _mix(result, _digest(value))
        self.sum = self.sum + result & MASK


class Keys:
    """The keys of benchmarks/fixture.hpp, in the same order."""

    def __init__(self, rows, seed=42):
        self.rows = rows
        self.state = seed

    def next(self):
        self.state = self.state * 6364136223846793005 + 1442695040888963407 & MASK
        return (self.state >> 33) % self.rows + 1
