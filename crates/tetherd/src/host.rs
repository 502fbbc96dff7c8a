//! Finds the address at which a gateway reaches this host.
//!
//! Read in this order: `host_name` (an address or a name), `facts` (what is known of this host's
//! addresses), `interfaces` (the part that the kernel knows), `address` (the one that is used).

mod address;
mod facts;
mod host_name;
pub(crate) mod interfaces;

pub use address::{Address, AddressSource, choose};
pub use facts::{Facts, Link, Links, LocalAddresses};
pub use host_name::Host;
