# The workloads as a program with SQLAlchemy's asyncio writes them: benchmarks/workloads/*.cpp does the same with azoth.
import asyncio

from sqlalchemy import delete, select, text
from sqlalchemy.orm import joinedload, selectinload

from models import Child, Item, Parent
from sample import Keys


def _take_item(sample, item):
    sample.take(item.id, item.name, item.quantity, item.price)


async def point_get(sessions, sample, count, coroutines, rows):
    async def work(keys):
        for _ in range(count):
            async with sessions() as session:
                _take_item(sample, await session.get(Item, keys.next()))

    sample.start()
    await asyncio.gather(*(work(Keys(rows, 42 + lane)) for lane in range(coroutines)))
    sample.stop()


async def list(sessions, sample, times):
    sample.start()
    for _ in range(times):
        async with sessions() as session:
            for item in (await session.execute(select(Item).order_by(Item.id))).scalars().all():
                _take_item(sample, item)
    sample.stop()


async def selectin(sessions, sample, times):
    sample.start()
    for _ in range(times):
        async with sessions() as session:
            query = select(Parent).options(selectinload(Parent.children)).order_by(Parent.id)
            for parent in (await session.execute(query)).scalars().all():
                sample.take(parent.id, parent.name)
                for child in parent.children:
                    sample.take(child.id, parent.name, child.parent_id, child.label, child.value)
    sample.stop()


async def joined(sessions, sample, times):
    sample.start()
    for _ in range(times):
        async with sessions() as session:
            query = select(Child).options(joinedload(Child.parent)).order_by(Child.id)
            for child in (await session.execute(query)).scalars().all():
                sample.take(child.id, child.parent.name, child.parent_id, child.label, child.value)
    sample.stop()


async def insert(sessions, sample, count):
    items = [Item(name=f"new item number {i + 1000000}", quantity=i % 997, price=i * 0.25) for i in range(count)]
    sample.start()
    async with sessions() as session:
        session.add_all(items)
        await session.commit()
        for item in items:
            sample.take(1 if item.id else 0)
    keys = {item.id: item.name for item in items} if sample.thorough else {}
    del items, item
    sample.stop()
    await _take_and_clear(sessions, sample, count, keys)


async def _take_and_clear(sessions, sample, count, keys):
    async with sessions() as session:
        if sample.thorough:
            rows = (await session.execute(select(Item.id, Item.name, Item.quantity, Item.price))).all()
            if len(rows) != count:
                raise RuntimeError(f"{len(rows)} rows were inserted")
            if keys != {row.id: row.name for row in rows}:
                raise RuntimeError("the objects do not have the keys of their rows")
            for row in rows:  # without the keys: a server may leave gaps
                sample.take(row.quantity, row.name, row.price)
        # Generated keys begin at 1 again.
        dialect = session.bind.dialect.name
        if dialect == "postgresql":
            await session.execute(text("TRUNCATE items RESTART IDENTITY"))
        elif dialect == "sqlite":
            await session.execute(delete(Item))
        else:
            await session.execute(text("TRUNCATE TABLE items"))
        await session.commit()


async def update(sessions, sample):
    async with sessions() as session:
        items = (await session.execute(select(Item).order_by(Item.id))).scalars().all()
        sample.start()
        for item in items:
            item.quantity += 1
        await session.commit()
        sample.stop()
    # Every row as this run left it; then the table is as it was.
    async with sessions() as session:
        for row in (await session.execute(select(Item.id, Item.name, Item.quantity, Item.price))).all():
            sample.take(*row)
        await session.execute(text("UPDATE items SET quantity = quantity - 1"))
        await session.commit()
