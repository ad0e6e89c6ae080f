'use strict';

const answer = (body, statusCode = 200) => ({ statusCode, body: JSON.stringify(body) });

module.exports.list = async () => answer([{ id: 1, text: 'Feed the cat' }]);
module.exports.add = async ({ body }) => answer(JSON.parse(body), 201);
module.exports.remove = async ({ pathParameters }) => answer({ removed: pathParameters.id });
module.exports.other = async () => answer({ message: 'There is nothing here.' }, 404);
module.exports.allow = async ({ headers }) => ({ isAuthorized: headers['x-key'] === process.env.KEY });
