# The mapped classes of benchmarks/models.hpp, for SQLAlchemy.
from sqlalchemy import BigInteger, Column, Float, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()
# SQLite generates keys for INTEGER PRIMARY KEY only.
Key = BigInteger().with_variant(Integer, "sqlite")


class Item(Base):
    __tablename__ = "items"
    id = Column(Key, primary_key=True)
    name = Column(String(100), nullable=False)
    quantity = Column(Integer, nullable=False)
    price = Column(Float(53), nullable=False)


class Parent(Base):
    __tablename__ = "parents"
    id = Column(Key, primary_key=True)
    name = Column(String(100), nullable=False)
    children = relationship("Child", back_populates="parent")


class Child(Base):
    __tablename__ = "children"
    id = Column(Key, primary_key=True)
    parent_id = Column(BigInteger, ForeignKey("parents.id"), nullable=False)
    label = Column(String(100), nullable=False)
    value = Column(Integer, nullable=False)
    parent = relationship("Parent", back_populates="children")
