#!/usr/bin/env python3
"""The page of /metrics, the alerts, their tests and the dashboard agree with the tables of the daemon, and are what
promtool takes. Without promtool (Debian: prometheus) what needs it is passed over, unless CI is set."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SRC = os.environ.get("srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
DOCS = os.path.join(os.environ.get("top_builddir", "."), "tests", "metrics_docs")
PROMETHEUS = os.path.join(SRC, "contrib", "prometheus")
RULES = os.path.join(PROMETHEUS, "cmdr.rules.yml")
TESTS = os.path.join(PROMETHEUS, "cmdr.rules.test.yml")
DASHBOARD = os.path.join(SRC, "contrib", "grafana", "cmdr.json")
OPERATING = os.path.join(SRC, "docs", "operating.md")
# What Prometheus adds to every series of a target.
TARGET = {"job", "instance"}

failed = passed = 0


def check(ok, *words):
    global failed, passed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAIL:", *words)


def text_of(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def known_names():
    """Name of each sample -> its labels."""
    out = subprocess.run([DOCS, "names"], stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = [line.split("\t") for line in out.splitlines()]
    return {name: {label for label in labels.split(", ") if label} for name, _, labels in rows}


def check_selectors(where, text, known):
    """Every cmdr_name{label…} of text: is it one, with these labels?"""
    found = re.findall(r"(?<![:\w])(cmdr_[a-z0-9_]+)(?:\{([^}]*)\})?", text)
    check(found, where, "speaks of no metric")
    for name, selector in found:
        check(name in known, where, "speaks of", name, "which there is not")
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", selector):
            check(label in known.get(name, set()) | TARGET, where, name, "has no label", label)


def without_docs(rules):
    """A file of rules without its comments and annotations, which speak of much."""
    kept, inside = [], None
    for line in rules.splitlines():
        indent = len(line) - len(line.lstrip())
        if inside is not None and (indent > inside or not line.strip()):
            continue
        inside = indent if line.strip() == "annotations:" else None
        if inside is None and not line.lstrip().startswith("#"):
            kept.append(line)
    return "\n".join(kept)


def check_rules(known):
    rules, tests, told = text_of(RULES), text_of(TESTS), text_of(OPERATING)
    recorded = set(re.findall(r"record: (\S+)", rules))
    alerts = re.findall(r"- alert: (\w+)((?:\n(?!\s*- alert:).*)*)", rules)
    check(len(alerts) > 10, "only", len(alerts), "alerts")
    check_selectors("cmdr.rules.yml", without_docs(rules), known)
    check_selectors("cmdr.rules.test.yml", tests, known)
    for name, rest in alerts:
        check(re.search(r"severity: (critical|warning)\n", rest), name, "has no severity")
        check("summary:" in rest and "description:" in rest, name, "does not say what it means")
        check(re.search(r"\b%s\b" % name, told), "docs/operating.md does not tell of", name)
        check(re.search(r'alertname="%s"' % name, tests) or "alertname: " + name in tests, name, "is not tested")
    for name in set(re.findall(r"\b[a-z_]+:cmdr_[a-z0-9_:]+", rules + tests)):
        check(name in recorded, name, "is not recorded")
    # What an operator is told to look at is there too.
    for name in set(re.findall(r"(?<![:\w])cmdr_[a-z0-9_]+", rules + told)):
        check(name in known or name + "_bucket" in known, "an operator is told of", name, "which there is not")
    for name in re.findall(r"^\|([^|]*)\|", told, re.M):
        for alert in re.findall(r"Cmdr\w+", name):
            check(alert in [a for a, _ in alerts], "docs/operating.md tells of", alert, "which there is not")


def check_places(panels):
    """No panel lies on another, none leaves the 24 columns."""
    taken = {}
    for p in panels:
        g = p["gridPos"]
        check(g["x"] >= 0 and g["x"] + g["w"] <= 24, p["title"], "leaves the grid")
        for cell in [(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])]:
            check(cell not in taken, p["title"], "lies on", taken.get(cell))
            taken[cell] = p["title"]


def check_dashboard(known):
    """Its expressions, as they are with the variables filled in."""
    dash = json.loads(text_of(DASHBOARD))
    panels, exprs = dash["panels"], [a["expr"] for a in dash["annotations"]["list"]]
    check(dash["schemaVersion"] >= 39 and dash["uid"] == "cmdr" and dash["title"], "the dashboard is not a current one")
    check(any(v["type"] == "datasource" for v in dash["templating"]["list"]), "no variable for the data source")
    check(len({p["id"] for p in panels}) == len(panels), "two panels have the same id")
    check([p["title"] for p in panels if p["type"] == "row"] == ["Is it well?", "Commands", "Latency", "Kafka", "Index",
                                                                 "Streams", "Processes"], "the rows are others")
    check_places(panels)
    for p in panels:
        if p["type"] == "row":
            continue
        check(p.get("description"), p["title"], "does not say what it shows")
        check(p["datasource"]["uid"] == "${datasource}", p["title"], "has a data source of its own")
        check(len({t["refId"] for t in p["targets"]}) == len(p["targets"]), p["title"], "has two targets of one name")
        exprs += [t["expr"] for t in p["targets"]]
    for v in dash["templating"]["list"]:
        if v["type"] == "query":
            check_selectors("variable " + v["name"], v["definition"], known)
    filled = [e.replace("$__rate_interval", "5m").replace("$job", ".*").replace("$instance", ".*") for e in exprs]
    for e in filled:
        check("$" not in e, "a variable is left in", e)
        check_selectors("the dashboard", e, known)
    return filled


def promtool(*args, stdin=None):
    p = subprocess.run(["promtool", *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, input=stdin)
    check(p.returncode == 0 and (stdin is None or not p.stdout.strip()), "promtool", *args, "\n" + p.stdout)


def ask_promtool(exprs):
    promtool("check", "metrics", stdin=subprocess.run([DOCS, "page"], stdout=subprocess.PIPE, text=True, check=True).stdout)
    promtool("check", "rules", RULES)
    promtool("check", "config", os.path.join(PROMETHEUS, "prometheus.yml"))
    promtool("test", "rules", TESTS)
    # The dashboard's expressions, made rules for the sake of the check.
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as f:
        f.write("groups:\n- name: dashboard\n  rules:\n")
        for i, e in enumerate(exprs):
            f.write("  - record: dashboard:n%d\n    expr: %s\n" % (i, json.dumps(e)))
        f.flush()
        promtool("check", "rules", f.name)


def main():
    known = known_names()
    check_rules(known)
    exprs = check_dashboard(known)
    skip = not shutil.which("promtool") and not os.environ.get("CI")
    if skip:
        print("no promtool (apt install prometheus): what needs it is passed over")
    else:
        ask_promtool(exprs)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 77 if skip else 0)


main()
