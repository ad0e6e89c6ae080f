'use strict';

const answer = (message) => ({ statusCode: 200, body: JSON.stringify({ message, revision: 2 }) });

module.exports.hello = async () => answer(process.env.GREETING);
module.exports.goodbye = async () => answer('goodbye');
