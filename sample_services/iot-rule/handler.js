'use strict';

module.exports.measure = async ({ device, celsius }) => console.log(`${device}: ${celsius}`);
// Which devices may provision themselves.
module.exports.admit = async ({ parameters }) => ({
  allowProvisioning: parameters.SerialNumber.startsWith('SN'),
});
