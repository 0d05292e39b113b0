"""The embedded servers start again after a kill, whatever outlived it."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import psycopg2
import pymongo
import pytest

from config.embedded.mongo import EmbeddedMongo
from config.embedded.postgres import EmbeddedPostgres


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux names the processes of a folder")
def test_postgres_starts_although_a_long_query_outlived_its_kill(tmp_path: Path) -> None:
    """A server process that computes notices the end of its parent only when it is done."""
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    server = EmbeddedPostgres(tmp_path, throw_away=True)
    server.start()
    try:
        busy = psycopg2.connect(server.ensure_role_and_database())
        query = "SELECT count(*) FROM generate_series(1, 2000000000)"
        ended: list[Exception] = []

        def run() -> None:
            try:
                busy.cursor().execute(query)
            except psycopg2.Error as error:
                ended.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        time.sleep(1)
        os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), 9)
        assert server.process
        server.process.wait()
        server.start()
        thread.join(timeout=10)
        assert len(ended) == 1
        with psycopg2.connect(server.ensure_role_and_database()) as again, again.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
        again.close()
    finally:
        server.stop()


def test_mongo_killed_at_once_starts_again(tmp_path: Path) -> None:
    """Killed while new collections are made: each is there, or is not."""
    server = EmbeddedMongo(tmp_path)
    server.start()
    try:
        for attempt in range(3):
            client: pymongo.MongoClient[dict[str, int]] = pymongo.MongoClient(server.url())
            for n in range(8):
                client["letsema"][f"new_{attempt}_{n}"].insert_one({"n": n})
            server.kill()
            server.start()
            client.close()
        client = pymongo.MongoClient(server.url())
        assert len(client["letsema"].list_collection_names()) == 24
        client.close()
    finally:
        server.stop()
