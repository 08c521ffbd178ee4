declare module 'dynalite/actions/*' {
  type Failure = { statusCode?: number; body?: { __type: string; message: string } } & Partial<Error>;
  const action: (
    store: object,
    data: object,
    done: (error: Failure | null | undefined, result?: object) => void,
  ) => void;
  export = action;
}

declare module 'dynalite/validations/index.js' {
  const validations: { validateExpressions: (data: object) => string | undefined };
  export = validations;
}
