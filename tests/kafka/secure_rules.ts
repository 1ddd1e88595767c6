/** Access rules of a broker. */
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from "kafkajs";
import type { KafkaCluster } from "./broker.ts";
import { asAdmin } from "./topics.ts";

/** Lets a user do something with a topic, and resolves when the brokers go by it. READ and WRITE allow DESCRIBE. */
export async function allow(
  cluster: Pick<KafkaCluster, "brokers">,
  username: string,
  { topic, operations }: { readonly topic: string; readonly operations: readonly ("DESCRIBE" | "READ" | "WRITE")[] },
): Promise<void> {
  const rules = operations.map((operation) => ({
    resourceType: AclResourceTypes.TOPIC,
    resourceName: topic,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${username}`,
    host: "*",
    operation: AclOperationTypes[operation],
    permissionType: AclPermissionTypes.ALLOW,
  }));
  await asAdmin(cluster, async (admin) => {
    await admin.createAcls({ acl: rules });
    // A rule is in the log before it is in force; what is shown is what is in force.
    const deadline = performance.now() + 10_000;
    for (let known = 0; known < rules.length;) {
      if (performance.now() > deadline) {
        throw new Error(`The rules of ${username} for ${topic} are not in force after 10 s`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      const found = await Promise.all(rules.map((rule) => admin.describeAcls(rule)));
      known = found.filter(({ resources }) => resources.length > 0).length;
    }
  });
}
