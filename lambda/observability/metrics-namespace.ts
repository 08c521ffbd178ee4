/** CloudWatch's namespace of every metric of the functions. */
export const metricsNamespace = 'ConnectTokenVending';
