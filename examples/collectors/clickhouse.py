"""ClickHouse's engine over the table of OpenTelemetry's collector: loads rows, multiplies them, and answers queries.

Reads one JSON object from its input: `rows` (texts of JSON), `copies`, `queries`. Prints one: `count`, `answers`, `seconds`.
"""

import json
import sys
import time

from chdb.session import Session

# As the exporter `clickhouse` of opentelemetry-collector-contrib creates it.
TABLE = """
CREATE TABLE {name} (
    Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    TraceState String CODEC(ZSTD(1)),
    SpanName LowCardinality(String) CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeName String CODEC(ZSTD(1)),
    ScopeVersion String CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Duration UInt64 CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    StatusMessage String CODEC(ZSTD(1)),
    Events Nested (
        Timestamp DateTime64(9),
        Name LowCardinality(String),
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),
    Links Nested (
        TraceId String,
        SpanId String,
        TraceState String,
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_duration Duration TYPE minmax GRANULARITY 1
) ENGINE = MergeTree()
PARTITION BY toDate(Timestamp)
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))
"""

# Each copy is a trace of its own, with its own span ids; links lead to spans of the same copy.
MULTIPLY = """
INSERT INTO otel_traces
SELECT received.* REPLACE (
    Timestamp + toIntervalMillisecond(number) AS Timestamp,
    lower(hex(MD5(concat(TraceId, toString(number))))) AS TraceId,
    lower(left(hex(MD5(concat(SpanId, toString(number)))), 16)) AS SpanId,
    if(ParentSpanId = '', '', lower(left(hex(MD5(concat(ParentSpanId, toString(number)))), 16))) AS ParentSpanId,
    arrayMap(id -> lower(hex(MD5(concat(id, toString(number))))), Links.TraceId) AS `Links.TraceId`,
    arrayMap(id -> lower(left(hex(MD5(concat(id, toString(number)))), 16)), Links.SpanId) AS `Links.SpanId`
)
FROM received, (SELECT toUInt64(number) AS number FROM numbers({copies})) AS copies
"""


def main():
    request = json.load(sys.stdin)
    session = Session()
    for name in ("received", "otel_traces"):
        session.query(TABLE.format(name=name))
    session.query("INSERT INTO received FORMAT JSONEachRow\n" + "\n".join(request["rows"]))
    session.query(MULTIPLY.format(copies=request["copies"]))
    count = json.loads(str(session.query("SELECT count() FROM otel_traces", "JSONCompact")))["data"][0][0]
    answers, seconds = [], []
    for query in request["queries"]:
        start = time.monotonic()
        answers.append(json.loads(str(session.query(query, "JSONCompact")))["data"])
        seconds.append(time.monotonic() - start)
    print(json.dumps({"count": int(count), "answers": answers, "seconds": seconds}))


main()
