"""moto's server on the port that is given, with what docs/aws.md says of its gaps made up for: its DynamoDB takes one call at a time and undoes what a
transaction did that fails, knows a transaction by its token, reads a partition without looking at all others, and adds numbers as decimals. waitress serves it, because the server that moto
brings closes every connection after one answer."""

import copy
import json
import sys
from decimal import Decimal
from io import BytesIO
from threading import Lock
from time import monotonic

from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sqs.models import Queue, SQSBackend
from waitress import serve

query, transact, structure = Table.query, DynamoDBBackend.transact_write_items, BaseJSONSerializer._serialize_type_structure
parse, receive = ConditionExpressionParser.parse, SQSBackend.receive_message


def query_partition(self, hash_key, range_comparison, range_objs, *args, **kwargs):
    """Looks at the items of the partition that are in the range; moto sorts every item of the table first, and copies those that it returns deeply."""
    narrow = copy.copy(self)
    narrow.all_items = lambda: [item for part in narrow.items.values() for item in part.values()]
    if len(args) < 5 or args[4] is None:  # args[4] is the name of an index
        part = self.items.get(hash_key, {})
        if range_comparison:
            part = {key: item for key, item in part.items() if key.compare(range_comparison, range_objs)}
        narrow.items = {hash_key: part}
    return query(narrow, hash_key, range_comparison, range_objs, *args, **kwargs)


def transact_write_items(self, transact_items):
    """Undoes the items that a failed transaction wrote; moto copies the whole table before each transaction."""
    before = []
    for entry in transact_items:
        op = next(iter(entry.values()))
        table, key = self.get_table(op["TableName"]), op.get("Key") or op["Item"]
        at = DynamoType(key[table.hash_key_attr]), DynamoType(key[table.range_key_attr])
        before.append((table, at, copy.deepcopy(table.items.get(at[0], {}).get(at[1]))))
    try:
        transact(self, transact_items)
    except Exception:
        for table, (pk, sk), item in before:
            if item is not None:
                table.items[pk][sk] = item
            else:
                table.items.get(pk, {}).pop(sk, None)
        raise


def add(self, other):
    """Adds decimals; moto takes what has no point in it for an integer, also 1E-7."""
    return DynamoType({"N": f"{Decimal(self.value) + Decimal(other.value):f}"})


parsed = {}


def parse_once(self):
    """Parses a condition once; moto does it at least twice for each item of a transaction."""
    key = self.condition_expression, json.dumps([self.expression_attribute_names, self.expression_attribute_values])
    if key not in parsed:
        if len(parsed) > 10_000:
            parsed.clear()
        parsed[key] = parse(self), self.expr_attr_names_found, self.expr_attr_values_found
    condition, self.expr_attr_names_found, self.expr_attr_values_found = parsed[key]
    return condition


def serialize_structure(self, serialized, value, shape, key):
    """Writes a scalar of DynamoDB as it is; moto looks for each of the ten kinds of values under several names first, which takes most of a call."""
    if shape.name == "AttributeValue" and type(value) is dict and len(value) == 1 and key:
        (kind, scalar), = value.items()
        if kind in ("S", "N"):
            return self._default_serialize(serialized, {kind: str(scalar)}, shape, key)
        if kind == "B":
            return self._default_serialize(serialized, {kind: self._base64(scalar)}, shape, key)
    return structure(self, serialized, value, shape, key)


receiving = Lock()


def receive_message(self, queue_name, count, wait, *args, **kwargs):
    """Gives each message to one receiver; two that ask moto at once may both get it."""
    until = monotonic() + wait
    while True:
        with receiving:
            messages = receive(self, queue_name, count, 0, *args, **kwargs)
        if messages or monotonic() >= until:
            return messages
        self.get_queue(queue_name).wait_for_messages(1)


class OneAtATime:
    """Gives an application the calls of DynamoDB one after another, and answers a transaction that comes again under its token as it did before."""

    def __init__(self, app):
        self.app, self.lock, self.answers = app, Lock(), {}

    def __call__(self, environ, start_response):
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if not target.startswith("DynamoDB"):
            return self.app(environ, start_response)
        token = None
        if target.endswith(".TransactWriteItems"):
            body = environ["wsgi.input"].read()
            environ["wsgi.input"] = BytesIO(body)
            token = json.loads(body).get("ClientRequestToken")
        with self.lock:
            if token in self.answers:
                start_response(*self.answers[token])
                return [b"{}"]

            def start(status, headers, *args):
                if token and status.startswith("200"):
                    self.answers[token] = status, [h for h in headers if h[0].lower() not in ("content-length", "x-amz-crc32")]
                return start_response(status, headers, *args)

            return list(self.app(environ, start))


BaseJSONSerializer._serialize_type_structure = serialize_structure
ConditionExpressionParser.parse = parse_once
SQSBackend.receive_message = receive_message
Table.query = query_partition
Table.__deepcopy__ = lambda self, memo: self
DynamoDBBackend.transact_write_items = transact_write_items
DynamoType.__add__ = add
for count in ("", "_delayed", "_not_visible"):  # which nobody asks for, and for which moto goes through the whole queue with each message
    setattr(Queue, "approximate_number_of_messages" + count, property(lambda self: 0))
serve(OneAtATime(DomainDispatcherApplication(create_backend_app)), host="127.0.0.1", port=int(sys.argv[1]), threads=400, connection_limit=2000, asyncore_use_poll=True, ident=None)  # each call of ReceiveMessage waits in a thread
