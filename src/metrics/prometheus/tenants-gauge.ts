/** One gauge of two origins: the registry knows who is warm or cold, a process whom it is warming or cooling. */
export const TENANTS = {
  name: 'warmfhir_tenants',
  help: 'Tenants by state.',
  labelNames: ['state'],
} as const;
