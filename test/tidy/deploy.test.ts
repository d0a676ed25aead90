import fs from "node:fs";
import path from "node:path";
import { withoutDatabase } from "@isocenter/server/openapi.ts";
import { readConfig } from "@isocenter/server/platform/index.ts";
import { measureDatabase, measuredStore } from "@isocenter/server/platform/metrics-stores.ts";
import { startDimse } from "@isocenter/server/protocols/dimse/index.ts";
import { startHl7 } from "@isocenter/server/protocols/hl7/index.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";

/*
 * What nobody here can start (containers, Kubernetes, Grafana) is held against the program: names of variables, ports, paths, metrics and labels.
 */
const repository = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => fs.readFileSync(path.join(repository, file), "utf8");
const isThere = (file: string) => fs.existsSync(path.join(repository, file));

/** Every variable that the configuration asks for, whatever it is told. */
function variables(): Set<string> {
  const asked = new Set<string>();
  for (const given of [{ STORAGE: "s3" }, { STORAGE: "azure" }, { DB_HOST: "db" }] as Record<
    string,
    string
  >[])
    try {
      readConfig(
        new Proxy(given, {
          get(target, name: string) {
            asked.add(name);
            return target[name];
          },
        }),
      );
    } catch {
      // Of what is missing.
    }
  return asked;
}
const known = variables();
const unknown = (names: readonly string[]) => names.filter((name) => !known.has(name));
/** Of compose.yaml itself. */
const ofCompose = ["MINIO_PORT"];

describe("variables", () => {
  test(".env.example explains every one, and no other", () => {
    const named = [
      ...read(".env.example").matchAll(/\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)\b(?==| is | are |, )/g),
    ];
    const explained = new Set(named.map(([, name]) => name!));
    const missing = [...known].filter((name) => !name.endsWith("_FILE") && !explained.has(name));
    expect(missing.filter((name) => !read(".env.example").includes(name))).toEqual([]);
    const set = [...read(".env.example").matchAll(/(?:^# ?| )([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name!);
    expect(set).toContain("PORT");
    expect(unknown(set).filter((name) => !ofCompose.includes(name))).toEqual([]);
  });

  test("those of README's table and of the service are known", () => {
    const rows = read("README.md")
      .split("\n")
      .filter((line) => /^\| `[A-Z]/.test(line));
    const named = rows.flatMap((row) =>
      [...row.split("|")[1]!.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(unknown(named)).toEqual([]);
    const service = read("deploy/systemd/isocenter.service");
    const set = [...service.matchAll(/^Environment=(.*)$/gm)].flatMap(([, all]) => all!.split(" "));
    expect(unknown(set.map((one) => one.split("=")[0]!))).toEqual(["NODE_COMPILE_CACHE"]);
    const [, node, program] = /^ExecStart=\/opt\/isocenter\/(\S+) \/opt\/isocenter\/(\S+) start$/m.exec(
      service,
    )!;
    expect([node, program].filter((file) => !isThere(file!))).toEqual([]);
  });

  test("compose.yaml sets what the program reads", () => {
    const { services } = parse(read("compose.yaml"));
    const { environment, ports } = services.isocenter;
    expect(unknown(Object.keys(environment))).toEqual([]);
    expect(ports.map((port: string) => Number(port.split(":").at(-1)))).toEqual([
      environment.PORT,
      environment.DICOM_PORT,
      environment.HL7_PORT,
    ]);
  });
});

describe("the image", () => {
  const lines = read("Dockerfile").split("\n");
  const copied = lines
    .filter((line) => /^COPY (?!--from)/.test(line))
    .map((line) => line.split(" ").slice(1));

  test("installs by the manifest of every workspace, and every file it copies is there", () => {
    const manifests = copied.map(([file]) => file!).filter((file) => file.includes("/"));
    const wanted = Object.keys(JSON.parse(read("package-lock.json")).packages)
      .filter((name) => name !== "" && !name.includes("node_modules"))
      .map((name) => `${name}/package.json`);
    expect(manifests.toSorted()).toEqual(wanted.toSorted());
    for (const [file, folder] of copied.filter(([name]) => name!.includes("/")))
      expect(`${folder}package.json`).toBe(file);
    expect(copied.flatMap((words) => words.slice(0, -1)).filter((file) => !isThere(file))).toEqual([]);
    const taken = lines.flatMap((line) => /^COPY --from=build (.*) \S+$/.exec(line)?.[1]?.split(" ") ?? []);
    const files = taken.map((file) => file.replace("/app/", "")).filter((file) => file !== "web/dist");
    expect(files).toEqual(["package.json", "LICENSE", "packages", "server"]);
    expect(files.filter((file) => !isThere(file))).toEqual([]);
  });

  test("starts the program, offers its ports and asks for its health", () => {
    const command = JSON.parse(lines.find((line) => line.startsWith("CMD "))!.slice(4));
    expect(command).toEqual(["node", "server/bin/isocenter.js", "start"]);
    expect(isThere(command[1])).toBe(true);
    const { port, dicomPort, hl7Port } = readConfig({});
    expect(lines).toContain(`EXPOSE ${port} ${dicomPort} ${hl7Port}`);
    expect(read("Dockerfile")).toContain(`PORT || ${port}}/health/ready`);
    const set = lines
      .find((line) => line.startsWith("ENV "))!
      .split(" ")
      .slice(1);
    expect(unknown(set.map((one) => one.split("=")[0]!))).toEqual([]);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: whatever a manifest says.
type Manifest = any;

describe("Kubernetes", () => {
  const folder = "deploy/kubernetes";
  const { resources } = parse(read(`${folder}/kustomization.yaml`)) as { resources: string[] };
  const objects: Manifest[] = resources.flatMap((file) =>
    parseAllDocuments(read(`${folder}/${file}`)).map((document) => document.toJS()),
  );
  const of = (kind: string) => objects.filter((object) => object.kind === kind);
  const labelsOf = (deployment: Manifest) =>
    deployment.spec.template.metadata.labels as Record<string, string>;
  const selected = (selector: Record<string, string>) =>
    of("Deployment").filter((one) =>
      Object.entries(selector).every(([name, value]) => labelsOf(one)[name] === value),
    );
  const container = (deployment: Manifest) => deployment.spec.template.spec.containers[0];
  const portNames = (deployment: Manifest): string[] =>
    container(deployment).ports.map(({ name }: { name: string }) => name);

  test("every file is in the kustomization", () => {
    const files = fs.readdirSync(path.join(repository, folder)).filter((file) => file.endsWith(".yaml"));
    expect(["kustomization.yaml", ...resources].toSorted()).toEqual(files.toSorted());
  });

  test("each deployment starts with the configuration, the documented secrets and its own variables, and offers what it listens at", () => {
    const secrets = [...read(`${folder}/README.md`).matchAll(/--from-(?:literal|file)=([A-Z0-9_]+)=/g)];
    expect(secrets).toHaveLength(6);
    const filled: Record<string, string> = Object.fromEntries(
      secrets.map(([, name]) => [name!, `${name}-of-more-than-32-characters`]),
    );
    // The key's form has a test of its own.
    const { JOURNAL_SEAL_KEY: _, ...others } = filled;
    const secret = { ...others, DATABASE_URL: "postgres://db/isocenter" };
    const [settings] = of("ConfigMap");
    expect(unknown([...Object.keys(settings.data), ...Object.keys(filled)])).toEqual([]);
    const roles: string[] = [];
    for (const deployment of of("Deployment")) {
      const { env, envFrom, ports, image } = container(deployment);
      expect(image).toBe("isocenter");
      expect(envFrom).toEqual([
        { configMapRef: { name: settings.metadata.name } },
        { secretRef: { name: "isocenter" } },
      ]);
      const own = Object.fromEntries(env.map(({ name, value }: Record<string, string>) => [name, value]));
      expect(unknown(Object.keys(own))).toEqual([]);
      const config = readConfig({ ...settings.data, ...secret, ...own });
      roles.push(...config.roles);
      const listens = {
        ...(config.roles.includes("api") ? { http: config.port } : {}),
        ...(config.roles.includes("dicom") ? { dicom: config.dicomPort } : {}),
        ...(config.roles.includes("hl7") ? { hl7: config.hl7Port } : {}),
        ...(config.healthPort === null ? {} : { health: config.healthPort }),
      };
      expect(Object.fromEntries(ports.map((port: Manifest) => [port.name, port.containerPort]))).toEqual(
        listens,
      );
    }
    expect(roles.toSorted()).toEqual(["api", "dicom", "hl7", "worker"]);
  });

  test("what names another finds it: selectors, ports, probes, volumes", () => {
    for (const deployment of of("Deployment")) {
      const { startupProbe, livenessProbe, readinessProbe, volumeMounts } = container(deployment);
      for (const probe of [startupProbe, livenessProbe, readinessProbe])
        expect(portNames(deployment)).toContain(probe.httpGet.port);
      expect([startupProbe, livenessProbe].map((probe) => probe.httpGet.path)).toEqual([
        "/health/live",
        "/health/live",
      ]);
      expect(readinessProbe.httpGet.path).toBe("/health/ready");
      expect(selected(deployment.spec.selector.matchLabels)).toEqual([deployment]);
      const names = (list: Manifest[]) => list.map(({ name }) => name);
      expect(names(volumeMounts)).toEqual(names(deployment.spec.template.spec.volumes));
    }
    for (const service of of("Service")) {
      const [deployment] = selected(service.spec.selector);
      for (const { targetPort } of service.spec.ports) expect(portNames(deployment)).toContain(targetPort);
    }
    for (const { spec } of of("PodDisruptionBudget"))
      expect(selected(spec.selector.matchLabels)).toHaveLength(1);
    for (const { spec } of of("NetworkPolicy")) {
      const [deployment] = selected(spec.podSelector.matchLabels);
      const open = spec.ingress.flatMap(({ ports }: Manifest) => ports.map(({ port }: Manifest) => port));
      expect(open.toSorted()).toEqual(portNames(deployment).toSorted());
    }
    const [ingress] = of("Ingress");
    const { service } = ingress.spec.rules[0].http.paths[0].backend;
    const target = of("Service").find(({ metadata }) => metadata.name === service.name);
    expect(target.spec.ports.map(({ name }: Manifest) => name)).toContain(service.port.name);
    expect(`https://${ingress.spec.rules[0].host}`).toBe(of("ConfigMap")[0].data.PUBLIC_URL);
  });
});

describe("metrics", () => {
  let labels: Map<string, readonly string[]>;
  beforeAll(async () => {
    labels = await withoutDatabase(async ({ platform, modules }) => {
      const dimse = await startDimse({ platform, ...modules });
      await dimse.close();
      const hl7 = await startHl7(platform, modules.hl7);
      await hl7.close();
      // There is no database for it: it measures before it asks.
      await modules.sending.start().catch(() => {});
      measureDatabase(platform.db, platform.metrics.registry);
      measuredStore(platform.objects, platform.metrics.registry);
      // The types leave out what each metric has.
      const metrics = platform.metrics.registry.getMetricsAsArray() as unknown as {
        name: string;
        type: string;
        labelNames: string[];
      }[];
      const of = new Map<string, readonly string[]>();
      for (const { name, type, labelNames } of metrics) {
        if (type !== "histogram") of.set(name, labelNames);
        else for (const part of ["bucket", "count", "sum"]) of.set(`${name}_${part}`, [...labelNames, "le"]);
      }
      return of;
    });
  });
  /** Prometheus' own, and those of joined processes. */
  const everywhere = ["job", "instance", "process"];

  /** What a query names that no metric of ours has. */
  function mistakes(query: string): string[] {
    const metrics = [...query.matchAll(/\bisocenter_\w+/g)].map(([name]) => name);
    const mayHave = new Set([...everywhere, ...metrics.flatMap((name) => labels.get(name) ?? [])]);
    const grouped = [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(", "));
    const filtered = [...query.matchAll(/\{([^}]*)\}/g)].flatMap(([, list]) =>
      [...list!.matchAll(/(\w+)[=!]/g)].map(([, name]) => name!),
    );
    return [
      ...metrics.filter((name) => !labels.has(name)),
      ...[...grouped, ...filtered].filter((name) => !mayHave.has(name)),
      ...(metrics.length === 0 && !query.startsWith("up{") ? [query] : []),
    ];
  }

  test("the dashboard's queries name metrics and labels that there are; its panels do not overlap", () => {
    const { panels, templating } = JSON.parse(read("deploy/grafana/isocenter.json"));
    const queries: string[] = panels.flatMap(({ targets = [] }: Manifest) =>
      targets.map(({ expr }: Manifest) => expr),
    );
    expect(queries.length).toBeGreaterThan(25);
    expect(queries.flatMap(mistakes)).toEqual([]);
    for (const { query } of templating.list.slice(1)) expect(mistakes(query.query)).toEqual([]);
    const taken = new Set<string>();
    for (const { gridPos, id } of panels) {
      expect(gridPos.x + gridPos.w, `panel ${id}`).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), `panel ${id}`).toBe(false);
          taken.add(`${x},${y}`);
        }
    }
    // What a person would miss: each metric of ours but the parts of a histogram and what Node tells.
    const shown = queries.join(" ");
    const bare = [...labels.keys()].map((name) => name.replace(/_(bucket|count|sum)$/, ""));
    const own = [...new Set(bare)].filter((name) => !/^isocenter_(nodejs|process)_/.test(name));
    expect(own.filter((name) => !shown.includes(name))).toEqual([]);
  });

  test("so do the rules of alarms, and docs/operations.md tells of every metric", () => {
    const { groups } = parse(read("deploy/prometheus/isocenter.rules.yml"));
    const rules: { alert: string; expr: string }[] = groups.flatMap((group: Manifest) => group.rules);
    expect(rules.flatMap(({ expr }) => mistakes(expr))).toEqual([]);
    const names = rules.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    const told = read("docs/operations.md");
    const bare = [...labels.keys()].map((name) =>
      name.replace(/_(bucket|count|sum)$/, "").replace("isocenter_", ""),
    );
    const own = [...new Set(bare)].filter((name) => !/^(nodejs|process)_/.test(name));
    expect(own.filter((name) => !told.includes(`\`${name}\``))).toEqual([]);
    const [scrape] = parse(read("deploy/prometheus/prometheus.yml")).scrape_configs;
    expect([scrape.metrics_path, scrape.job_name]).toEqual(["/metrics", "isocenter"]);
  });
});
