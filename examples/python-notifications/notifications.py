"""Banyan's notifications module in Python: hears what happens to orders, writes messages, lists them.

    BANYAN_SERVICE_KEY=… PORT=4010 DATA=messages.db python3 notifications.py
"""

import base64
import json
import os
import re
import secrets
import signal
import sqlite3
import threading
import time
from datetime import datetime, timezone

from banyan import Service, fault, invalid
from messages import dispatch_notice, low_stock_notice, order_cancellation, order_confirmation, refund_notice

MODULE = "notifications"
MERCHANT = "merchant"
MAX_PAGE, DEFAULT_PAGE, MAX_CURSOR = 100, 20, 500
ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"

SCHEMA = """
-- What has come: an event that is here has had its effect, since both commit together.
create table if not exists inbox (event_id text primary key) without rowid;
-- Of each thing a buyer is told once, whatever events say so.
create table if not exists messages (
  id text primary key, kind text not null, about text not null, channel text not null, recipient text not null,
  subject text not null, body text not null, order_id text, created_at text not null, unique (kind, about));
create index if not exists messages_by_order on messages (order_id, id);
-- To whom the later messages about an order go: only its confirmation names the buyer.
create table if not exists recipients (order_id text primary key, number integer not null, email text not null);
"""


class Store:
    """The module's own data, in one file. One connection, one thread at a time: SQLite has one writer anyway."""

    def __init__(self, path):
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("pragma journal_mode = wal; pragma synchronous = full;" + SCHEMA)

    def once(self, event_id, effect):
        """Runs `effect` in one transaction with the note that this event has come; not again for the same event."""
        with self._lock:
            self._db.execute("begin immediate")
            try:
                if self._db.execute("insert or ignore into inbox values (?)", [event_id]).rowcount == 1:
                    effect(self._db)
                self._db.execute("commit")
            except BaseException:
                self._db.execute("rollback")
                raise

    def rows(self, sql, values):
        with self._lock:
            return self._db.execute(sql, values).fetchall()


def new_id(prefix):
    """The prefix and 26 letters: 48 bits of time, then 80 of chance, so that later ids sort later."""
    number = int(time.time() * 1000) << 80 | secrets.randbits(80)
    return prefix + "_" + "".join(ID_LETTERS[number >> shift & 31] for shift in range(125, -1, -5))


def record(db, kind, about, recipient, text, order_id, channel="email"):
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    values = [new_id("msg"), kind, about, channel, recipient, text["subject"], text["body"], order_id, now]
    db.execute("insert or ignore into messages values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


# What is done about each event, in the transaction that marks it as handled.


def when_confirmed(db, order, _):
    if order["email"] is None:
        return
    order_id, email = order["orderId"], order["email"]
    db.execute("insert or ignore into recipients values (?, ?, ?)", [order_id, order["number"], email])
    record(db, "order_confirmation", order_id, email, order_confirmation(order), order_id)


def when_cancelled(db, order, _):
    for number, email in recipient_of(db, order["orderId"]):
        text = order_cancellation(number, order["refunded"])
        record(db, "order_cancellation", order["orderId"], email, text, order["orderId"])


def when_refunded(db, refund, _):
    for number, email in recipient_of(db, refund["orderId"]):
        text = refund_notice(number, refund["amount"])
        record(db, "refund_notice", refund["refundId"], email, text, refund["orderId"])


def when_dispatched(db, parcel, _):
    if parcel["email"] is not None:
        text = dispatch_notice(parcel)
        record(db, "dispatch_notice", parcel["shipmentId"], parcel["email"], text, parcel["orderId"])


def when_low(db, stock, event_id):
    # A SKU can run low many times, so that it is the event by which the message is told once.
    record(db, "low_stock", event_id, MERCHANT, low_stock_notice(stock), None, channel="staff")


def recipient_of(db, order_id):
    """None or one: an order that came without an e-mail has nobody to write to."""
    return db.execute("select number, email from recipients where order_id = ?", [order_id]).fetchall()


HEARD = {
    "ordering.orderConfirmed": when_confirmed,
    "ordering.orderCancelled": when_cancelled,
    "ordering.orderRefunded": when_refunded,
    "fulfilment.shipmentDispatched": when_dispatched,
    "inventory.stockLow": when_low,
}


def hear(store):
    """Fields that are not known here are left alone: a newer publisher may send them."""

    def take(event):
        if not isinstance(event.get("id"), str) or not isinstance(event.get("data"), dict):
            raise invalid([fault("/id", "invalid_type", "An event has an id and data.")])
        store.once(event["id"], lambda db: HEARD[event["type"]](db, event["data"], event["id"]))

    return take


# What is asked.


def list_messages(store):
    def answer(given, _call):
        asked = read_request(given)
        last = None if asked["cursor"] is None else read_cursor(asked["cursor"])
        rows = store.rows(
            "select * from messages where (?1 is null or id < ?1) and (?2 is null or order_id = ?2)"
            " order by id desc limit ?3",
            [last, asked["orderId"], asked["limit"] + 1],
        )
        shown = [show(row) for row in rows[: asked["limit"]]]
        has_more = len(rows) > len(shown)
        return {"items": shown, "nextCursor": write_cursor(shown[-1]["id"]) if has_more else None}

    return answer


def show(row):
    return {
        **{name: row[name] for name in ("id", "kind", "channel", "recipient", "subject", "body")},
        "orderId": row["order_id"],
        "status": "recorded",
        "createdAt": row["created_at"],
    }


def read_request(given):
    """The input as the contract has it. Every fault is named with a pointer to its place, and unknown fields are one."""
    if not isinstance(given, dict):
        raise invalid([fault("", "invalid_type", "Invalid input: expected object")])
    limit, cursor, order_id = given.get("limit", DEFAULT_PAGE), given.get("cursor"), given.get("orderId")
    rules = {
        "limit": type(limit) is int and 1 <= limit <= MAX_PAGE,
        "cursor": "cursor" not in given or isinstance(cursor, str) and len(cursor) <= MAX_CURSOR,
        "orderId": "orderId" not in given or isinstance(order_id, str) and is_id("ord", order_id),
    }
    faults = [fault(f"/{name}", "invalid_value", f"{name} is not valid") for name, holds in rules.items() if not holds]
    faults += [fault(f"/{name}", "unknown_field", f'There is no field "{name}" here.') for name in given.keys() - rules]
    if faults:
        raise invalid(faults)
    return {"limit": limit, "cursor": cursor, "orderId": order_id}


def is_id(prefix, text):
    return re.fullmatch(f"{prefix}_[{ID_LETTERS}]{{26}}", text) is not None


def write_cursor(last_id):
    return base64.urlsafe_b64encode(json.dumps([last_id]).encode()).decode().rstrip("=")


def read_cursor(cursor):
    try:
        [last_id] = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if is_id("msg", last_id):
            return last_id
    except (ValueError, TypeError):
        pass  # Whatever is wrong with it, it is no cursor of ours.
    raise invalid([fault("/cursor", "invalid_cursor", "Send the nextCursor of the page before, as it came.")])


def main():
    store = Store(os.environ.get("DATA", "messages.db"))
    address = (os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "4010")))
    operations = {"listMessages": list_messages(store)}
    service = Service(address, os.environ["BANYAN_SERVICE_KEY"], MODULE, operations, HEARD, hear(store))
    # What is not committed was not answered, so it comes again: nothing has to be waited for.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=service.shutdown).start())
    print(f"{MODULE} answers at http://{address[0]}:{service.server_port}", flush=True)
    service.serve_forever()


if __name__ == "__main__":
    main()
