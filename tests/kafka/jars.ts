/** The jars of Apache Kafka, fetched once from Maven Central into `.kafka/`. */

const ROOT = new URL("../../", import.meta.url);
const POM = new URL("./pom.xml", import.meta.url);
const CACHE = new URL(".kafka/", ROOT);
const COPY = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies";
const MINIMUM_JAVA = 17;

/**
 * Why no Kafka can be started on this machine, with the way out; `undefined` where one can.
 * Java 17 or later is needed, and Maven until the jars are in `.kafka/`.
 */
export async function whyNoKafka(): Promise<string | undefined> {
  const version = await firstLineOf("java", ["-version"]);
  if (version === undefined) {
    return `Cannot start Kafka: no java on the PATH; install Java ${MINIMUM_JAVA} or later, or set KAFKA_BROKERS`;
  }
  const major = Number(/version "(\d+)/.exec(version)?.[1]);
  if (!(major >= MINIMUM_JAVA)) {
    return `Cannot start Kafka with ${version}: Java ${MINIMUM_JAVA} or later is needed, or set KAFKA_BROKERS`;
  }
  if (!await exists(await jarFolder()) && await firstLineOf("mvn", ["-v"]) === undefined) {
    return "Cannot fetch Kafka: no mvn on the PATH; install Maven 3, or set KAFKA_BROKERS";
  }
  return undefined;
}

/**
 * The Java class path of Kafka. The first call fetches some 54 MB; processes that call at the same time wait for one
 * of them.
 *
 * @throws {Error} with Maven's last lines where the jars cannot be fetched
 */
export async function kafkaClassPath(): Promise<string> {
  const folder = await jarFolder();
  if (!await exists(folder)) await fetchJars(folder);
  return `${folder}/*`;
}

async function fetchJars(folder: string): Promise<void> {
  await Deno.mkdir(CACHE, { recursive: true });
  using lock = await Deno.open(new URL("lock", CACHE), { create: true, write: true });
  await lock.lock(true);
  if (await exists(folder)) return;
  console.error("Fetching Apache Kafka from Maven Central (54 MB, once) ...");
  const part = `${folder}.part`;
  const pom = decodeURIComponent(POM.pathname);
  const { success, stdout, stderr } = await new Deno.Command("mvn", {
    args: ["-B", "-q", "-f", pom, COPY, `-DoutputDirectory=${part}`, "-DincludeScope=runtime"],
  }).output();
  if (!success) {
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    throw new Error(`Cannot fetch Kafka with Maven: ${said.trim().split("\n").slice(-12).join("\n")}`);
  }
  await Deno.rename(part, folder);
}

/** The folder's name holds a digest of pom.xml: another version is another folder. */
async function jarFolder(): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await Deno.readFile(POM)));
  return decodeURIComponent(new URL(`jars-${digest.slice(0, 6).toHex()}`, CACHE).pathname);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** `java -version` writes to stderr, `mvn -v` to stdout. */
async function firstLineOf(command: string, args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
    if (!success) return undefined;
    return (new TextDecoder().decode(stderr).trim() || new TextDecoder().decode(stdout).trim()).split("\n")[0];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
