"""PySpark on one machine (`local[cores]`): data frames, windows for the sessions, Spark's own reader with a schema.

A few shuffle partitions a core instead of the default 200, no web page, and half of the memory for the heap.
"""

from __future__ import annotations

import os

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812  (as every book on Spark has it)
from pyspark.sql.types import LongType, StringType, StructField, StructType, TimestampType

from benchmarks.speed.job import ABSENT, BLANK, GAP_US, Task, cores, task


def run(given: Task) -> None:
    """Do the job; the output is a folder."""
    heap_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**21
    spark = (
        SparkSession.builder.master(f"local[{cores()}]")
        .config("spark.driver.memory", f"{heap_mb}m")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", 4 * cores())
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    own = Window.partitionBy("person").orderBy("time_us")
    sessions = (
        _events(spark, given)
        .withColumn("opens", F.coalesce(F.col("time_us") - F.lag("time_us").over(own) > GAP_US, F.lit(True)))
        .withColumn("before", F.lag("token").over(own))
        .withColumn("session", F.sum(F.col("opens").cast("int")).over(own))
        .where(F.col("opens") | (F.col("token") != F.col("before")))
        .groupBy("person", "session")
        .agg(F.sort_array(F.collect_list(F.struct("time_us", "token")))["token"].alias("sequence"))
    )
    shared = (
        sessions.groupBy("sequence")
        .agg(
            F.countDistinct("person").cast("int").alias("people"),
            F.count("*").cast("int").alias("occurrences"),
        )
        .where(F.col("people") >= given.k)
    )
    shared.repartition(1).sortWithinPartitions("sequence").write.mode("overwrite").parquet(str(given.out))
    spark.stop()


def _events(spark: SparkSession, given: Task) -> DataFrame:
    columns = given.columns
    files = [str(path) for path in given.files]
    if given.is_parquet:
        read = spark.read.parquet(*files)
    else:
        kind = TimestampType() if given.time_is_text else LongType()
        fields = [StructField(columns.person, StringType()), StructField(columns.time, kind)]
        read = spark.read.json(
            files, schema=StructType(fields + [StructField(name, StringType()) for name in columns.token])
        )
    time = F.col(columns.time)
    return read.select(
        F.col(columns.person).alias("person"),
        (F.unix_micros(time) if given.time_is_text else time * columns.unit_us).alias("time_us"),
        F.concat_ws(BLANK, *(F.coalesce(F.col(name), F.lit(ABSENT)) for name in columns.token)).alias(
            "token"
        ),
    )


if __name__ == "__main__":
    run(task())
