/** What people write with boto3: a thread pool over managed copies. Run with `python3 -c`. */
export const BOTO3_SCRIPT = `
import sys, concurrent.futures, boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
source, destination, slots = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = boto3.client("s3", config=Config(max_pool_connections=slots, s3={"addressing_style": "path"}))
keys = [o["Key"] for p in client.get_paginator("list_objects_v2").paginate(Bucket=source) for o in p.get("Contents", [])]
config = TransferConfig(max_concurrency=5)
def copy(key):
    client.copy({"Bucket": source, "Key": key}, destination, key, Config=config)
with concurrent.futures.ThreadPoolExecutor(max(1, slots // 5)) as pool:
    failed = sum(1 for f in [pool.submit(copy, k) for k in keys] if f.exception() is not None)
sys.exit(1 if failed else 0)
`;
