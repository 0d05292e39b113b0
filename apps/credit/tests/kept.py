"""The credit histories' documents as they are stored, for tests: to read them, and to spoil them."""

from __future__ import annotations

from typing import Any

from apps.credit import repository


def documents(kind: Any, wanted: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The documents of a kind, those of whose fields `wanted` says what they hold."""
    return list(repository.collection_of(kind).find(wanted or {}))


def count(kind: Any, wanted: dict[str, Any] | None = None) -> int:
    """How many they are."""
    return int(repository.collection_of(kind).count_documents(wanted or {}))


def insert(kind: Any, document: dict[str, Any]) -> None:
    """Adds a document as it stands, whatever the rules of its kind."""
    repository.collection_of(kind).insert_one(document)


def change(kind: Any, wanted: dict[str, Any], values: dict[str, Any], *, without: str = "") -> None:
    """Changes the first of them; `without` names a field that it loses."""
    fields = {"$set": values} | ({"$unset": {without: ""}} if without else {})
    repository.collection_of(kind).update_one(wanted, fields)


def remove(kind: Any, wanted: dict[str, Any]) -> None:
    """Removes them."""
    repository.collection_of(kind).delete_many(wanted)


def collections() -> list[str]:
    """The names of the collections in which anything is kept."""
    return list(repository.connect().list_collection_names())


def everything() -> str:
    """Every document of every collection, as text."""
    database = repository.connect()
    return "".join(str(document) for name in collections() for document in database[name].find())


def drop() -> None:
    """Removes the whole database."""
    database = repository.connect()
    database.client.drop_database(database.name)
