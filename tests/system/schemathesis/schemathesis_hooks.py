"""Which generated requests are left out or changed, and why; see openapi.py."""
import re
import uuid

import schemathesis

DESCRIBED = (None, "application/json", "application/schema+json")


@schemathesis.hook
def filter_case(context, case):
    """A cursor is what an answer gave: any other is 400, and beside offset every one is. And what is in the body is described
    for JSON alone: EDN, transit, Fressian and forms have no JSON Schema."""
    if "after" in (case.query or {}) and case.operation.path in ("/commands", "/events"):
        return False
    # What the tool cannot put into a path it replaces, whatever the pattern says.
    if not str((case.path_parameters or {}).get("action", "")).isascii():
        return False
    return case.media_type in DESCRIBED


@schemathesis.hook
def before_call(context, case, kwargs):
    """A key that was used for another command is refused, and the fuzzer has few favourites: each sound one is made new."""
    headers = case.headers or {}
    if re.fullmatch(r"""("([ !#-\[\]-~]|\\[\\"])+"|[-A-Za-z0-9!#$%&'*+.^_`|~:/]+)""", str(headers.get("Idempotency-Key", ""))):
        headers["Idempotency-Key"] = '"%s"' % uuid.uuid4()
    # What the fuzzer registers would hold for the commands that it sends: /openapi.json was read before.
    parameters = case.path_parameters or {}
    if isinstance(parameters.get("action"), str) and \
            re.fullmatch(r"[A-Za-z][A-Za-z0-9.*+!\-_?$&=<>#'/]*", parameters["action"]):
        parameters["action"] = ("fuzz-" + parameters["action"])[:255]
