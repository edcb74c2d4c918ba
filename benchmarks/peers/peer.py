#!/usr/bin/env python3
"""SQLAlchemy's asyncio as a peer of azoth_benchmarks, which starts this program and speaks with it line by line.

    open URL                          -> ok | missing WHY
    thorough|timed WORKLOAD NUMBERS   -> ok CPU_NS WALL_NS SUM | error WHY
"""
import asyncio
import gc
import sys


class Peer:
    def __init__(self):
        self.engine = None
        self.sessions = None

    async def open(self, url):
        try:
            from sqlalchemy import event
            from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
            from sqlalchemy.orm import sessionmaker

            import workloads  # noqa: F401
        except ImportError as error:
            return f"missing {error}"
        await self.close()
        # As many connections as azoth's engine; no TLS on any side.
        options = {"pool_size": 8, "max_overflow": 0}
        if url.startswith("postgresql"):
            options["connect_args"] = {"ssl": False}
        if url.startswith("sqlite"):
            from sqlalchemy.pool import StaticPool

            options = {"poolclass": StaticPool}
        try:
            self.engine = create_async_engine(url, **options)
            if url.startswith("sqlite"):
                event.listen(self.engine.sync_engine, "connect", Peer._as_azoth)
            async with self.engine.connect():
                pass
        except ImportError as error:
            return f"missing {error}"
        # expire_on_commit=False, as azoth's sessions; without it the generated keys would be read back one by one.
        self.sessions = sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        return "ok"

    @staticmethod
    def _as_azoth(connection, _):
        cursor = connection.cursor()
        for pragma in ("journal_mode=wal", "synchronous=off", "foreign_keys=on"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    async def run(self, words):
        import workloads
        from sample import Sample

        sample = Sample(words[0] == "thorough")
        gc.collect()
        await getattr(workloads, words[1])(self.sessions, sample, *(int(word) for word in words[2:]))
        return f"ok {sample.cpu} {sample.wall} {sample.sum}"

    async def close(self):
        if self.engine is not None:
            await self.engine.dispose()
            self.engine = None

    async def answer(self, line):
        words = line.split()
        try:
            return await (self.open(words[1]) if words[0] == "open" else self.run(words))
        except Exception as error:  # reported to the benchmark, which ends with it
            return "error " + " ".join(f"{type(error).__name__}: {error}".split())


async def main():
    peer = Peer()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(await peer.answer(line), flush=True)
    await peer.close()


asyncio.run(main())
