/** Everywhere but in `mod.ts`, the only barrel: no `export *`. What a module exports is named in it. */
export const noExportStar: Deno.lint.Rule = {
  create(context) {
    if (/(^|[\\/])mod\.ts$/.test(context.filename)) return {};
    return {
      ExportAllDeclaration(node) {
        context.report({
          node,
          message: "Cannot see what export * exports: only mod.ts has it",
          hint: "Name what is exported, or import it from where it is",
        });
      },
    };
  },
};
