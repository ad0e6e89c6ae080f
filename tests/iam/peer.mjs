// Asks an independent implementation of IAM's evaluation (AGPL: development only, never shipped).
// Reads pairs of a request and its policies as JSON Lines, answers a decision a line.
import { createInterface } from 'node:readline'
import { runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate'
import { validateIdentityPolicy } from '@cloud-copilot/iam-policy'

const WORDS = { Allowed: 'allowed', ImplicitlyDenied: 'implicitDeny', ExplicitlyDenied: 'explicitDeny' }
const named = (documents) => documents.map((policy, index) => ({ name: `policy${index + 1}`, policy }))

function simulation({ request, policies, boundary }) {
  const accountId = request.principal.split(':')[4]
  return {
    identityPolicies: named(policies),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: undefined,
    permissionBoundaryPolicies: boundary ? named([boundary]) : undefined,
    request: {
      principal: request.principal,
      action: request.action,
      resource: { resource: request.resource, accountId },
      contextVariables: request.context
    }
  }
}

async function decide(pair) {
  for (const policy of [...pair.policies, ...(pair.boundary ? [pair.boundary] : [])]) {
    const errors = validateIdentityPolicy(policy)
    if (errors.length > 0) return `invalid policy: ${JSON.stringify(errors)}`
  }
  // Only the checked way knows that an action without resource types asks for the literal "*".
  if (pair.request.resource !== '*') return WORDS[runUnsafeSimulation(simulation(pair), {})]
  const answer = await runSimulation(simulation(pair), { simulationMode: 'Strict' })
  return answer.resultType === 'error' ? `error: ${JSON.stringify(answer.errors)}` : WORDS[answer.overallResult]
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify({ decision: await decide(JSON.parse(line)) }) + '\n')
}
