'use strict';

const messages = ({ Records }) => Records.map(({ Sns }) => JSON.parse(Sns.Message));

module.exports.invoice = async (event) => messages(event);
module.exports.thank = async (event) => messages(event).length;
module.exports.alarm = async (event) => console.error(messages(event));
