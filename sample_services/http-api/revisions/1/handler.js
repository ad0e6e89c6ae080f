'use strict';

module.exports.hello = async () => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message: process.env.GREETING, revision: 1 }),
});
