'use strict';

module.exports.invoice = async ({ detail }) => ({ ...detail, invoiced: true });
module.exports.greet = async ({ customer }) => `welcome, ${customer}`;
module.exports.count = async () => 1;
module.exports.audit = async (event) => console.log(event);
