import js from "@eslint/js";
import tseslint from "typescript-eslint";

/**
 * Which room may import which (docs/architecture.md). A room that is not listed for another must not be imported by it;
 * the direction of the arrows is the architecture, so it is checked and not merely drawn.
 */
const ROOMS = ["core", "worker", "aws", "functions", "infra", "cli", "local", "lab"];
const MAY_IMPORT = {
  core: [],
  aws: ["core"],
  worker: ["core", "aws"],
  functions: ["core", "aws"],
  infra: ["core", "functions"],
  cli: ["core", "aws", "worker"],
  local: [],
  lab: ["core", "aws", "worker", "functions", "local", "cli"],
};

/** Restrictions look at import declarations; these two would get past them. */
const WAYS_ROUND = [
  {
    selector: "ImportExpression > Literal[value=/^[.]/], TSImportType Literal[value=/^[.]/]",
    message: "Another file is imported by a declaration, which shows the direction.",
  },
];

/** The one file of cli/ that may reach the local cloud (docs/architecture.md). */
const CLI_LOCAL = "cli/local.ts";

function roomRules(room, mayImport, files, ignores) {
  const forbidden = ROOMS.filter((other) => other !== room && !mayImport.includes(other));
  return {
    files,
    ignores,
    rules: {
      "no-restricted-syntax": ["error", ...WAYS_ROUND],
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: forbidden.flatMap((other) => [`../${other}/**`, `../../${other}/**`, `../../../${other}/**`]),
              message: `${room}/ must not reach into that room: see the table of rooms in docs/architecture.md.`,
            },
            {
              group: ["../__tests__/**", "../../__tests__/**", "../index", "../../index"],
              message: "Nothing imports the tests or the program's entry.",
            },
            ...(room === "core"
              ? [{ regex: "^(?![.]/)", message: "core/ is pure: it imports only its own files." }]
              : []),
            ...(room === "infra" ? [] : [{ group: ["@pulumi/*"], message: "Only infra/ and index.ts know Pulumi." }]),
            ...(room === "worker" || room === "local"
              ? [
                  {
                    group: ["@aws-sdk/*", "@smithy/*"],
                    message: "The worker knows AWS through aws/, the local cloud not at all.",
                  },
                ]
              : []),
          ],
        },
      ],
    },
  };
}

const allRoomRules = [
  ...ROOMS.map((room) => roomRules(room, MAY_IMPORT[room], [`${room}/**/*.ts`], room === "cli" ? [CLI_LOCAL] : [])),
  roomRules("cli", [...MAY_IMPORT.cli, "local"], [CLI_LOCAL], []),
];

/** What Pulumi's closure serializer breaks silently (docs/architecture.md); it captures core/ and functions/. */
const UNSERIALISABLE = [
  { selector: "ClassDeclaration, ClassExpression", message: "Classes do not survive closure serialisation." },
  {
    selector: "NewExpression:not(:function NewExpression)",
    message: "A module-level Map, Set, Date or client does not survive closure serialisation.",
  },
];

const serialisableSubset = {
  files: ["core/**/*.ts", "functions/**/*.ts"],
  rules: { "no-restricted-syntax": ["error", ...WAYS_ROUND, ...UNSERIALISABLE] },
};

/** How the two kinds of bucket differ is one table of the simulated S3. */
const oneTableOfBuckets = {
  files: ["local/s3/**/*.ts"],
  ignores: ["local/s3/bucket-rules.ts"],
  rules: {
    "no-restricted-syntax": [
      "error",
      ...WAYS_ROUND,
      {
        selector: "Literal[value=/^(general|directory)$/]",
        message: "A difference between the kinds of bucket is a rule in local/s3/bucket-rules.ts.",
      },
    ],
  },
};

const IMPURE_GLOBALS = [
  "process",
  "globalThis",
  "crypto",
  "global",
  "require",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "fetch",
  "performance",
  "Buffer",
];

/** Purity of core/: no clock, no randomness, no environment, no import that escapes the table of rooms. */
const pure = {
  files: ["core/**/*.ts"],
  rules: {
    "no-restricted-globals": ["error", ...IMPURE_GLOBALS],
    "no-restricted-properties": [
      "error",
      { object: "Date", property: "now", message: "The clock is a parameter." },
      { object: "Math", property: "random", message: "Randomness is a parameter." },
    ],
    "no-restricted-syntax": [
      "error",
      ...UNSERIALISABLE,
      { selector: "ImportExpression, TSImportType", message: "core/ imports by import declarations only." },
      {
        selector: "NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.name='Date']",
        message: "The clock is a parameter.",
      },
    ],
  },
};

export default tseslint.config(
  // The example is a project of its own, checked where it is one (__tests__/package).
  { ignores: ["dist/", "coverage/", "node_modules/", "examples/component/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-console": "error",
    },
  },
  ...allRoomRules,
  serialisableSubset,
  oneTableOfBuckets,
  pure,
  {
    files: ["local/**/*.ts", "lab/**/*.ts", "cli/**/*.ts", "functions/**/*.ts"],
    rules: { "no-console": "off" },
  },
  {
    files: ["__tests__/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/require-await": "off",
      "no-console": "off",
    },
  },
  {
    files: ["**/*.js", "**/*.mjs", "**/*.cjs"],
    languageOptions: {
      globals: {
        module: "writable",
        require: "readonly",
        process: "readonly",
        console: "readonly",
        __dirname: "readonly",
      },
    },
  },
);
