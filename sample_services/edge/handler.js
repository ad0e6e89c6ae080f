'use strict';

module.exports.api = async () => ({ statusCode: 200, body: JSON.stringify({ time: Date.now() }) });
