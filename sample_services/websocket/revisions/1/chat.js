'use strict';

const ok = (body = '') => ({ statusCode: 200, body });

module.exports.check = async ({ methodArn }) => ({
  principalId: 'member',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }],
  },
});
module.exports.connect = async () => ok();
module.exports.say = async ({ body }) => ok(body);
module.exports.leave = async () => ok('bye');
