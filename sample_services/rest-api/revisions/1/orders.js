'use strict';

const answer = (statusCode, content) => ({ statusCode, body: JSON.stringify(content) });

module.exports.check = async ({ methodArn }) => ({
  principalId: 'partner',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }],
  },
});
module.exports.create = async ({ body }) => answer(201, JSON.parse(body));
module.exports.show = async ({ pathParameters }) => answer(200, pathParameters);
module.exports.cancel = async () => answer(204, '');
