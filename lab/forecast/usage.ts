/** What the forecast's --help says. */
import { MIB } from "../../core/parts";
import { SETTINGS, WORLD } from "./defaults";

export const USAGE = `usage: npm run forecast -- --objects N --bytes B [--events] [options]
       npm run forecast -- --per-second R --object-size B --hours H [--burst F] [options]
       npm run forecast -- wake [--poll-interval S] [options]
       npm run forecast -- validate [--json]

Says of a job, before it is run: how long, how many workers, how many dollars, and the lag. It simulates the whole loop under
virtual time (arrivals, starter, cold starts, Spot interruptions, workers) with the product's own decisions.

the job
  --objects N, --bytes B     a backlog: so many objects that hold so much in all (1TB, 100GiB)
  --events                   the backlog comes as one event per object, not as a backfill
  --per-second R             a stream: objects per second, at random
  --object-size B, --hours H what one of them holds; how long they come
  --burst F                  everything of ten minutes comes within the first F-th of them (default 1: evenly)
the product's settings
  --max-workers N            default ${SETTINGS.maxWorkers}
  --messages-per-worker N    default ${SETTINGS.messagesPerWorker}
  --poll-interval S          seconds between two looks of the starter (default ${SETTINGS.pollIntervalSeconds})
  --copy-concurrency N       copy requests in flight per worker (default ${SETTINGS.copyConcurrency})
  --part-size B              default ${SETTINGS.partSize / MIB}MiB
  --multipart-threshold B    default ${SETTINGS.multipartThreshold / MIB}MiB
the world
  --start-seconds S          median from RunTask to the first receive (default ${WORLD.startSeconds})
  --start-spread F           one start in six takes more than F times as long (default ${WORLD.startSpread})
  --spot-interruptions R     of a Spot worker, per hour (default ${WORLD.spotInterruptionsPerHour})
  --request-ms T             HEAD, create, complete (default ${WORLD.requestMs})
  --copy-ms T                a copy request without bytes (default ${WORLD.copyMs})
  --copy-fixed-ms T          the same of 64 MiB and more, without its bytes (default ${WORLD.copyFixedMs})
  --stream-mib R             MiB/s of one copy request (default ${WORLD.streamBytesPerSecond / MIB})
  --request-cpu-ms T         CPU of the worker for one request (default ${WORLD.requestCpuMs})
  --prefixes N               prefixes the source's keys are partitioned into (default ${WORLD.prefixes})
  --prefix-reads R           HEADs and copy reads per second and prefix (default ${WORLD.sourceReadsPerSecond})
  --express-writes R         writes per second of the directory bucket (default ${WORLD.expressWritesPerSecond})
the forecast
  --seed N, --runs K         the first seed, and how many, of which the median is shown (default 1, 5; wake: 10000)
  --price-region REGION      default us-east-1
  --json                     nothing but one JSON document on stdout
  --help                     this text

Exit codes: 0 done, 1 it failed (validate: or deviates too much), 2 wrong usage.
`;
