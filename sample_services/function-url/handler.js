'use strict';

const { greeting } = require('/opt/words');

module.exports.greet = async () => ({ statusCode: 200, body: JSON.stringify({ message: greeting }) });
module.exports.work = async (job) => ({ done: job });
module.exports.report = async (outcome) => console.log(JSON.stringify(outcome));
