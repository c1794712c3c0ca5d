"""What schemathesis must know about cmdr that OpenAPI cannot say: bodies in the types that have no JSON Schema, and the
failures that are none. Each is told by the very answer that the contract asks for, so that no check is off. See openapi.py."""
import json
import re
import urllib.parse

import schemathesis
from hypothesis import strategies as st

DATA = "map data payload"
BODIES = {
    "application/edn": [b'{:action :create-foo, :data {:a "map data payload"}}', b'[{:action :a/b, :data {}}]'],
    "application/transit+json": [b'["^ ","~:action","~:create-foo","~:data",["^ ","~:a","map data payload"]]',
                                 b'{"~:action":"~:a/b","~:data":{}}'],
    "application/transit+msgpack": [bytes.fromhex(
        "82a87e3a616374696f6eac7e3a6372656174652d666f6fa67e3a6461746181a37e3a61b06d61702064617461207061796c6f6164")],
    "application/fressian": [bytes.fromhex(
        "c0e8caf7cde0616374696f6ecaf7cde30a6372656174652d666f6fcaf7cdde64617461c0e6caf7cddb61e3106d61702064617461207061796c6f6164")],
    "application/x-www-form-urlencoded": [b"action=create-foo&data[a]=map+data+payload", b"action=a/b&data[x][]=1"],
    "application/x-ndjson": [b'{"action":"create-foo","data":{"a":1}}\n{"action":"a/b","data":{}}\n'],
}
for media_type, bodies in BODIES.items():
    schemathesis.openapi.media_type(media_type, st.sampled_from(bodies))


def problems(response):
    """The problem of an answer, or those of a batch's items."""
    try:
        answer = json.loads(response.content)
    except ValueError:
        return []
    if isinstance(answer, dict) and "results" in answer:
        return [r["problem"] for r in answer["results"] if "problem" in r]
    return [answer] if isinstance(answer, dict) and "detail" in answer else []


def after_and_offset(case, response, told):
    """Two parameters that exclude each other: a schema is of one parameter."""
    query = case.query or {}
    return response.status_code == 400 and "after" in query and "offset" in query and \
        told["detail"] == "The query parameters after and offset exclude each other."


def made_up_cursor(case, response, told):
    """after must be what an answer to the same question had as next: no schema finds one. (The link "next" does.)"""
    return response.status_code in (400, 410) and "after" in (case.query or {}) and "after" in told["detail"]


def key_again(case, response, told):
    """The tool sends one Idempotency-Key with two commands."""
    return response.status_code == 422 and "Idempotency-Key" in case.headers and told["type"].endswith(":idempotency-key-reused")


def other_state(case, response, told):
    """A conditional request fails where the state is another one, however valid it is."""
    return response.status_code == 412 and ("If-Match" in case.headers or case.method.upper() == "PUT")


def no_schema_to_follow(case, response, told):
    """OpenAPI says of a schema that it is an object; which are JSON Schemas, and follow the version before, is said by cmdr."""
    return case.method.upper() == "PUT" and response.status_code in (409, 422) and \
        told["type"].endswith((":schema-violation", ":schema-incompatible"))


def registered_meanwhile(case, response, told):
    """The tool registers schemas, and then sends commands as the document was before."""
    atomic = [e["pointer"] for e in told.get("errors", []) if "atomic=true" in told["detail"]]
    return case.method.upper() == "POST" and (told["type"].endswith(":schema-violation") or
                                              bool(atomic) and all(re.match(r"/\d+/data", p) for p in atomic))


def no_action(case, response, told):
    """The tool leaves % as it is where digits follow, and so names what is no action: the document's own pattern has the say."""
    pattern = case.operation.schema.raw_schema["components"]["schemas"]["Action"]["pattern"]
    action = str((case.path_parameters or {}).get("action", ""))
    return response.status_code == 400 and told["detail"].startswith("This names no action") and \
        not re.fullmatch(pattern, urllib.parse.unquote(action))


def history(failure, case, response):
    """What is removed can still be read: its versions are never gone."""
    return failure.code == "ST301" and "/versions" in case.operation.path and response.status_code == 200


def partly(failure, case, response):
    """A batch that is wrong in parts is 207: the tool looks for 4xx."""
    return failure.code == "ST201" and response.status_code == 207 and problems(response) != []


EXPECTED = [after_and_offset, made_up_cursor, key_again, other_state, no_schema_to_follow, registered_meanwhile, no_action]


@schemathesis.hook
def filter_failure(context, failure, case, response):
    if history(failure, case, response) or partly(failure, case, response):
        return False
    told = problems(response)
    return not (told and all(any(expected(case, response, t) for expected in EXPECTED) for t in told))
